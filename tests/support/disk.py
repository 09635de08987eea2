"""Disks that fail on demand: each takes the place of `os` where the store uses the file system."""

import os


class Os:
    """The real os module; subclasses replace some of its calls."""

    def __getattr__(self, name):
        return getattr(os, name)


class Failing(Os):
    """The call `step` fails as on a bad disk, after `after` successful ones. `close` closes before it fails."""

    def __init__(self, step, after=0):
        self.step, self.left = step, after

    def __getattr__(self, name):
        real = super().__getattr__(name)
        if name != self.step:
            return real

        def call(*args, **named):
            self.left -= 1
            if self.left >= 0:
                return real(*args, **named)
            if name == "close":
                real(*args, **named)
            raise OSError(5, "injected")

        return call


class ShortWrites(Os):
    """Each write takes at most 100 bytes."""

    def write(self, fd, data):
        return os.write(fd, bytes(data[:100]))

    def writev(self, fd, chunks):
        return os.write(fd, b"".join(chunks)[:100])


class FailingAt(Os):
    """The call with this number fails, whichever it is. Writes are short, so that one may fail in the middle."""

    def __init__(self, number):
        self.left, self.failed = number, None

    def __getattr__(self, name):
        real = super().__getattr__(name)
        if not callable(real):
            return real

        def call(*args, **named):
            self.left -= 1
            if self.left != -1:
                return getattr(ShortWrites(), name)(*args, **named)
            if name == "close":
                real(*args, **named)
            self.failed = name
            raise OSError(28, "injected")

        return call


class RenamesAndFails(Os):
    """As on a network disk: a rename is done but reports a failure; from then on no file can be removed."""

    def replace(self, *args):
        os.replace(*args)
        self.unlink = self.fail
        raise OSError(5, "injected")

    def fail(self, *args):
        raise OSError(5, "injected")
