"""A rule that loops, takes memory without end or calls itself without end, as its parameter says."""

from wit_world import exports
from wit_world.exports import rules as wire


class Rules(exports.Rules):
    """What the engine calls."""

    def apply(self, call: wire.Call) -> wire.Answer:
        what = call.parameters[0].value
        if what == "loop":
            while True:
                pass
        if what == "memory":
            kept = []
            while True:
                kept.append(bytearray(1 << 20))
        if what == "deep":
            return self.apply(call)
        return wire.Answer(tables=[wire.Table(name="out", rows=0, columns=[])], findings=[], explanations=[])
