"""What `make bench` measures: ratios within one run, medians of interleaved pairs. Never a gate: machines are noisy.

    python -m cqpm.bench

Criterion: the POST that saves one criterion, against a minimal view doing session, user, CSRF, one versioned UPDATE
and one INSERT, in the same server with the same driver and session backend. Attestation: the real paper rendered with
the process's shared objects, against fresh objects for each document, same HTML, fonts and PDF/UA option.
Class: an XLSX of 10 000 lines, dry run and import, against django-import-export on the same file and models, writing the
same rows; and the memory resident in the worker and in the child that reads.
"""
