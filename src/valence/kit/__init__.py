"""What every face is made of: page, table, chart, form, API and command helpers."""
