"""THE PAGE FOR OPERATORS: what became of each notification, how the portals are, and what may be done about it.

    doors.py      the way in: session, protection, one table of paths
    a view        what is looked up and done for one path: (Desk, Visit) → Reply
    templates/    what it looks like; static/ its style, its keys and htmx 2.0.11 (0BSD, https://htmx.org), as released

Nothing is built: the files are served as they lie here.
"""
