"""How the world answers the ports: EHRs, stores, notifiers, files, the clock."""
