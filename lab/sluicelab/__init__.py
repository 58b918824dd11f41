"""A small Internet provider on one machine, made of network namespaces, around the real appliance."""
