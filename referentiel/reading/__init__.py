"""The document people have, read into a draft: PDF or text in, content and findings out.

Pure: no Django, no database, so that a child process can run it (`cqpm.utils.child`). Extraction (`extraction`,
`pdf`) gives numbered lines; the rest reads them. Whatever is missing or doubtful is a finding and leaves a usable
draft; a file that cannot be read at all is a `Refusal` that says what to do.
"""
