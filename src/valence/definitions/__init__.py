"""What users define: typed, versioned documents."""
