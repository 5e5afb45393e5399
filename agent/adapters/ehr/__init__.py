"""How systems of record answer the `Ehr` port, one package a vendor."""
