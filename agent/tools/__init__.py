"""What a turn may do in the EHR and on the desk; one family a file, bound to one patient."""
