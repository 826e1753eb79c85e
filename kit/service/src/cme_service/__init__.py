"""How a service process runs: settings, logs, migrations, roles, probes."""
