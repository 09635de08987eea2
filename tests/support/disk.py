"""A disk that fails on demand: put in the place of `os` where the store touches the file system."""

import os


class Os:
    """The real os module, seen through a glass that can be stained."""

    def __getattr__(self, name):
        return getattr(os, name)


class Failing(Os):
    """One call fails as a bad disk's would, once `after` calls of it went well. Closing closes before it fails."""

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
    def write(self, fd, data):
        return os.write(fd, bytes(data[:100]))

    def writev(self, fd, pieces):
        return os.write(fd, b"".join(pieces)[:100])


class FailingAt(Os):
    """The call of that number fails, whichever it is; writes are short, so that one may fail in its middle."""

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
    """As over a network: done, and said to have failed; from then on, nothing is cleared away either."""

    def replace(self, *args):
        os.replace(*args)
        self.unlink = self.fail
        raise OSError(5, "injected")

    def fail(self, *args):
        raise OSError(5, "injected")
