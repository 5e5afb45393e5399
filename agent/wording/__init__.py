"""The practice's approved reply templates and how times and money are said in them."""
