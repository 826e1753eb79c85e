"""The world behind the ports: PostgreSQL, GOV.UK Notify, the local mailbox, templates and configuration."""
