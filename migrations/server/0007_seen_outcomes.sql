-- When somebody of the town saw it: the row stays, without what it told of the family, for the push that brought it may
-- come twice, or late.
ALTER TABLE changed_outcome ADD COLUMN seen_at bigint;
