"""What the hub loads: authenticator, spawner, networks, services; config.apply puts them together."""
