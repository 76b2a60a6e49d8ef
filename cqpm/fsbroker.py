"""Celery's filesystem transport, made safe: a message appears in the folder whole or not at all.

The stock transport opens the final name and then writes it; a worker listing the folder between the
two reads an empty file, dies, and the message is gone. Writing beside and renaming closes that window.
"""

import os
import time
import uuid
from pathlib import Path

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        # Named by the wall clock, so that order survives a reboot (the stock name uses monotonic()).
        name = f"{time.time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        partial = folder / f"{name}.part"
        with partial.open("wb") as file:
            file.write(str_to_bytes(dumps(payload)))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(folder / name)


class Transport(filesystem.Transport):
    Channel = Channel
