-- Which kinds of forms there are, the code says (entrypoints/kinds.py): a new kind is no change of a table.

ALTER TABLE submission DROP CONSTRAINT submission_kind_check;
