"""Who the customers are: the list, and one customer's page."""
