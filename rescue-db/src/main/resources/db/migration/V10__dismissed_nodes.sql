-- Whether an operator has signed a node off, so that its own token does not bring it back. Additive: an older instance does not
-- ask, and takes such a node back when it asks for work there.

alter table node add column dismissed boolean not null default false;
