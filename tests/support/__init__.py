"""What tests share: small panels, servers, a browser, the list of wrong inputs."""
