"""One module for each room: the entrance, one's own account, people, centres, settings, mails, the log."""
