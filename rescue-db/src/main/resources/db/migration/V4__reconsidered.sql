-- A task may stand elsewhere without a report: a catalog gives another digest, or fewer attempts are allowed than before. The
-- chain of custody tells that too. Additive: an older instance never writes the word, and passes it on as it is.

alter type event_kind add value 'reconsidered';
