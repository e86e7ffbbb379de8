"""What a run tells people: tables, a page, letters, what may be published.  No decisions are taken here."""
