#!/usr/bin/env python3
"""Writes the parity vectors as C, for parity_table.c: parity_header.py VECTORS.json OUT.h [--exact]. Numbers become
hexadecimal, so that every bit arrives; --exact makes every tolerance 0."""
import json
import math
import sys

SHIFTS = {"of_model": "LSMI_SHIFT_OF_MODEL", "frozen": "LSMI_SHIFT_FROZEN", "batch": "LSMI_SHIFT_BATCH",
          "none": "LSMI_SHIFT_NONE"}
STARTS = {"normal": "LSMI_START_NORMAL", "samples": "LSMI_START_SAMPLES", "mixture": "LSMI_START_MIXTURE",
          "validated": "LSMI_START_VALIDATED"}
INFORMATION = ["i1", "i2", "i12", "h1", "h2"]
ATOMS = ["redundancy", "unique1", "unique2", "synergy"]
TABLE = []


def number(value):
    value = float(value)  # also of the strings for NaN and infinities
    if math.isnan(value):
        return "(double)NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    return value.hex()


# The longest string literal that every compiler of C99 takes.
LONGEST = 4095


def text(value):
    """A C string, or the array that stands for one which is too long. Bytes beyond ASCII are octal, which ends after
    three digits."""
    if len(value.encode()) > LONGEST:
        return table("char", [str(b - 256 * (b > 127)) for b in value.encode()] + ["0"])
    escapes = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n"}
    plain = lambda b: chr(b) if 32 <= b < 127 else f"\\{b:03o}"
    return '"' + "".join(escapes.get(b) or plain(b) for b in value.encode()) + '"'


def floats(values):
    """A Numbers, or an absent one."""
    if values is None:
        return "{0, NULL, 0}"
    body = ", ".join(number(v) for v in values) or "0.0"
    TABLE.append(f"static const double v{len(TABLE)}[] = {{{body}}};")
    return f"{{1, v{len(TABLE) - 1}, {len(values)}}}"


def integers(values):
    """A Integers."""
    # The least int64_t has no literal of its own; none is used.
    body = ", ".join(f"INT64_C({v})" for v in values) or "0"
    TABLE.append(f"static const int64_t v{len(TABLE)}[] = {{{body}}};")
    return f"{{v{len(TABLE) - 1}, {len(values)}}}"


def table(kind, rows):
    """An array of structs, or of anything else."""
    TABLE.append(f"static const {kind} v{len(TABLE)}[] = {{{', '.join(rows) or '0'}}};")
    return f"v{len(TABLE) - 1}"


def strings(values):
    body = ", ".join(text(v) for v in values) or '""'
    TABLE.append(f"static const char *const v{len(TABLE)}[] = {{{body}}};")
    return f"{{v{len(TABLE) - 1}, {len(values)}}}"


def matrix(value):
    return f"{{{floats(value['data'])}, {value['samples']}, {value['features']}, {value['stride']}}}"


def element(value):
    return "LSMI_F32" if value == "f32" else "LSMI_F64"


class Case:
    """Fields of the struct ParityCase, by name."""

    def __init__(self, case, exact):
        self.fields = {"name": text(case["name"]), "call": text(case["call"]),
                       "tolerance": number(0.0 if exact else case["tolerance"])}
        i, o = case["input"], case["output"]
        if "type" in i:
            self.fields["type_"] = element(i["type"])
        for key in ("x", "x1", "x2"):
            if isinstance(i.get(key), dict):
                self.fields[key] = matrix(i[key])
        if case["call"] == "discrete":
            self.fields["y1"], self.fields["y2"] = integers(i["x1"]), integers(i["x2"])
        if "y" in i:
            self.fields["y"] = integers(i["y"])
        for key in ("weights", "log_prior"):
            if key in i:
                self.fields[key] = floats(i[key])
        for key in ("upstream", "log_probabilities", "values"):
            if key in i:
                self.fields["values"] = floats(i[key])
        if "density" in i or "form" in i:
            self.density(i.get("density") or i["form"])
        if "training" in i:
            self.training(i)
        if "states" in i:
            self.states(i["states"])
        if "columns" in i:
            self.fields["columns"] = table("Integers", [integers(column) for column in i["columns"]])
            self.fields["column_count"] = str(len(i["columns"]))
        if "network" in i:
            self.network(i["network"])
        if "settings" in i:
            self.fields["preset"] = "LSMI_PRESET_PAPER" if i["preset"] == "paper" else "LSMI_PRESET_ROBUST"
            self.fields["settings"] = strings([word for pair in i["settings"] for word in pair])
        if "splits" in i:
            self.fields["splits"] = strings(i["splits"])
        if isinstance(i.get("shift"), str):
            self.fields["shift"] = SHIFTS[i["shift"]]
        if "draws" in i:
            self.fields["level"] = number(i["level"])
        for key in ("model", "path", "circuit", "level"):
            if isinstance(i.get(key), str):
                self.fields["text"] = text(i[key])
        if "edit" in i:
            self.edit(i["edit"])
        if case["call"] in ("atoms", "bootstrap"):
            self.fields["inputs"] = self.columns(i, INFORMATION)
        if case["call"] == "agreement":
            self.fields["inputs"] = self.columns(i, ["estimate", "exact"])
        if case["call"] == "shift":
            self.fields["inputs"] = self.columns({"v": [i[key] for key in ATOMS]}, ["v"])
        for key in ("samples", "seed", "classes", "dimension", "modality", "draws", "permutations", "repeats"):
            if key in i:
                self.fields[{"dimension": "classes"}.get(key, key)] = str(i[key])
        parameters = [k for k in ("rho", "noise", "redundant", "unique1", "unique2", "synergistic", "amplitude")
                      if k in i and case["call"].startswith(("synthetic", "gaussian", "xor", "mixture"))]
        if parameters:
            self.fields["parameters"] = floats([i[k] for k in parameters])
        if "error" in o:
            self.fields["status"] = str(o["error"]["status"])
            self.fields["message"] = text(o["error"]["message"])
            self.fields["status_name"] = text(o["error"]["name"])
            self.fields["field"] = text(o["error"]["field"])
        else:
            self.outputs(case["call"], o)

    @staticmethod
    def columns(values, keys):
        return table("Numbers", [floats(values[key]) for key in keys])

    def density(self, d):
        # Only a form has no features and no parameters.
        arrays = [floats(d.get(k)) for k in ("means", "log_diagonal", "triangle_values", "logits")]
        self.fields["density"] = "{" + ", ".join([
            str(d["modes"]), str(d.get("features", 0)), str(int(d["bounded"])),
            "LSMI_DIAGONAL_SHARED" if d["diagonal"] == "shared" else "LSMI_DIAGONAL_PER_MODE",
            "LSMI_TRIANGLE_FULL" if d["triangle"] == "full" else "LSMI_TRIANGLE_NONE",
            *arrays]) + "}"

    def training(self, i):
        t, held_out = i["training"], i["held_out"]
        counts = {k: str(t[k]) for k in ("epochs", "batch", "decay_every", "patience")}
        rates = {k: number(t[k]) for k in ("learning_rate", "decay_factor", "weight_decay")}
        members = {"struct_size": "sizeof(LsmiTraining)", **counts, **rates,
                   "accumulate_gradients": str(int(t["accumulate_gradients"]))}
        self.fields["training"] = "{" + ", ".join(f".{k} = {v}" for k, v in members.items()) + "}"
        self.fields["held_out"] = table("size_t", [str(index) for index in held_out])
        self.fields["held_out_count"] = str(len(held_out))
        if "start" in i:
            self.fields["start"] = STARTS[i["start"]]

    def states(self, states):
        rows = [", ".join([number(s["weight"]), f"INT64_C({s['y']})", floats(s["mean1"]), floats(s["mean2"]),
                           number(s["deviation1"]), number(s["deviation2"])]) for s in states]
        self.fields["states"] = table("State", ["{" + row + "}" for row in rows])
        self.fields["state_count"] = str(len(states))

    def network(self, n):
        arrays = [a for layer in n["layers"] for a in (layer["weights"], layer["biases"])]
        layers = self.columns(dict(enumerate(arrays)), range(len(arrays)))
        activation = "LSMI_ACTIVATION_TANH" if n["activation"] == "tanh" else "LSMI_ACTIVATION_RELU"
        self.fields["network"] = f"{{{n['features']}, {activation}, {layers}, {len(n['layers'])}}}"

    def edit(self, e):
        fields = [text(e["text"]) if "text" in e else "NULL", text(e["find"]) if "find" in e else "NULL",
                  text(e["replace"]) if "replace" in e else "NULL", str(e.get("keep", "SIZE_MAX")),
                  str(e.get("drop", 0)), str(int(e.get("invert_last", False)))]
        self.fields["edit"] = "{" + ", ".join(fields) + "}"

    def outputs(self, call, o):
        if call in ("gradient", "weighted_sum_gradient"):
            want = [[o["loss"]], o["means"], o["log_diagonal"], o["triangle"], o["logits"], o["x"]]
        elif call in ("refine", "fit_density"):
            want = [o[k] for k in ("means", "log_diagonal", "triangle", "logits")] + self.course(o["history"])
        elif call == "agreement":
            want = [[o["rmse"], o["correlation"]]]
        elif call == "network_gradient":
            want = [[o["loss"]], o["x"]] + [a for layer in o["layers"] for a in (layer["weights"], layer["biases"])]
        elif call == "shift":
            want = [[o["shift"]] + [o["adjusted"][k] for k in ATOMS]]
        elif call == "atoms":
            want = [o[k] for k in ATOMS]
        elif call == "discrete" or call.endswith("_information"):
            want = [o[k] for k in INFORMATION]
        elif call.startswith("synthetic") or call == "circuit_support":
            self.fields["features1"], self.fields["features2"] = str(o["features1"]), str(o["features2"])
            self.fields["samples"], self.fields["y"] = str(len(o["y"])), integers(o["y"])
            want = [o["x1"], o["x2"]] + [o["truth"][k] for k in INFORMATION]
            if "drawn" in o:
                want.append(o["drawn"])
        elif call == "preprocess":
            want = [o["z"], o["columns"], o["means"], o["scales"], [o["clip"]], [o["entropy_offset"]]]
        elif call in ("fit_and_score", "score"):
            want = self.scores(o)
        elif call in ("config_text", "report", "trust_report"):
            (lines,) = o.values()
            self.fields["message"] = text(lines)
            want = []
        elif call in ("config_check", "model_from_bytes"):
            assert o.get("same_bytes", True)
            want = []
        else:
            (values,) = o.values()
            want = [values if isinstance(values, list) else [values]]
        if want:
            self.fields["want"] = self.columns(dict(enumerate(want)), range(len(want)))
            self.fields["want_count"] = str(len(want))

    def scores(self, o):
        s = o["summary"]
        summary = [s[k] for k in ["samples", "clipped"] + INFORMATION + ["s_minus_r", "shift"]]
        summary += [s["raw"][k] for k in ATOMS] + [s["adjusted"][k] for k in ATOMS]
        summary += [s[group][k] for group in ("accuracy", "log_loss") for k in ("x1", "x2", "joint")]
        want = [o["scores"][k] for k in INFORMATION + ATOMS] + [summary]
        if "history" in o:
            self.fields["message"] = text(o["notes"])
            want += [o["log_prior"], o["class_counts"], o["dropped"][0], o["dropped"][1], [o["frozen_shift"]]]
            for course in o["history"]:
                want += self.course(course)
        return want

    @staticmethod
    def course(course):
        return [course["losses"], course["validation_losses"], [course["best_epoch"]]]


def main():
    source, target, exact = sys.argv[1], sys.argv[2], "--exact" in sys.argv[3:]
    with open(source, encoding="utf-8") as file:
        vectors = json.load(file)
    assert vectors["format"] == 1
    cases = [Case(case, exact).fields for case in vectors["cases"]]
    with open(target, "w", encoding="ascii") as out:
        out.write("/* Generated by parity_header.py. */\n")
        out.write("\n".join(TABLE) + "\n\nstatic const ParityCase PARITY_CASES[] = {\n")
        for fields in cases:
            out.write("    {" + ", ".join(f".{key} = {value}" for key, value in fields.items()) + "},\n")
        out.write("};\n")


main()
