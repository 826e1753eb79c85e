-- What a rule has made of a submission that is no referral: one, from then on (decision 0148). It stands with the submission, so that it
-- is triaged as that whenever it is looked at again: once its child is of compulsory school age, or its record stands by itself again.

ALTER TABLE submission ADD COLUMN referred jsonb;   -- {reason, referred_at, on_roll, factors}
