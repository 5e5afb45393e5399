"""One adapter for EHRs with a plain REST interface; a dialect file says where and in what words."""
