"""What the tool asks an LMS to be allowed (Assignment and Grade Services 2.0, section 3.1)."""

LINEITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
"""Find and make columns of the gradebook."""
SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
"""Put scores into them."""

SCOPES = (LINEITEM, SCORE)
"""No more than that: nobody else's results, no lists of members."""
