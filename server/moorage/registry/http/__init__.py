"""Requests within every limit: connections, addresses, TLS, proxies, pages."""
