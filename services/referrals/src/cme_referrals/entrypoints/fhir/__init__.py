"""HL7 FHIR R4: health tells the council with a message, in the words its systems have (decision 0105)."""
