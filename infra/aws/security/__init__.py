"""The security side: keys, secrets, what nodes may do, the record of API calls."""
