"""Who may log in: passwords in the htpasswd file, roles by a plug-in."""
