"""The scans that bench/run measures, and a job file for each."""
import random
import subprocess

DARK, BRIGHT, THRESHOLD = 60, 150, 105
KINDS = {  # kind of phase: the scan it is found in, and on which side of the threshold
    "cracks": ("plates", "below"),
    "thick": ("plates", "above"),
    "near-empty": ("specks", "below"),
    "near-full": ("specks", "above"),
    "noise": ("noise", "below"),
}
SWEEPS = {
    "one": f"threshold: {{values: [{THRESHOLD}]}}\nresolution_limit_um: [0, 0.16, 0.32, 0.64]\n",
    "curves": "threshold: {from: 0, to: 255, step: 1}\nresolution_limit_um: [0]\nwidth: false\n",
}


def write_plates(program, size, path):
    """Plates of 4 to 16 voxels, about a fifth of the volume, blurred and noisy."""
    spec = path.with_suffix(".yaml")
    spec.write_text(f"""campaign: bench
defaults:
  voxel_size_um: 0.16
  source: {{type: phantom, shape: [{size}, {size}, {size}], islet_diameter: 88, crack_width_collector: 4,
    crack_width_separator: 16, solid_grey: {BRIGHT}, crack_grey: {DARK}, blur_sigma: 0.8, noise_sigma: 12, seed: 3}}
scans: [{{id: {path.stem}, sample: bench, cycle: 1}}]
phase: {{name: phase, where: below}}
""")
    folder = path.parent / "phantom"
    subprocess.run([program, "phantom", spec, "-o", folder, "--format", "raw"], check=True, capture_output=True)
    (folder / path.name).rename(path)


def write_noise(size, path):
    """Every second voxel dark, at random."""
    generator = random.Random(1)
    halves = bytes([DARK] * 128 + [BRIGHT] * 128)
    with open(path, "wb") as file:
        for _ in range(size):
            file.write(generator.randbytes(size * size).translate(halves))


def write_specks(size, path):
    """One voxel in ten thousand dark, at random."""
    generator = random.Random(2)
    voxels = bytearray([BRIGHT]) * size**3
    for place in generator.sample(range(size**3), max(1, size**3 // 10000)):
        voxels[place] = DARK
    path.write_bytes(voxels)


class Case:
    """One kind of phase in a cube of `size` voxels: files in `folder`, written when first needed."""

    def __init__(self, program, kind, size, folder):
        scan, self.side = KINDS[kind]
        self.kind, self.size = kind, size
        self.raw = folder / f"{scan}-{size}.raw"
        self.job = folder / f"{kind}-{size}.yaml"
        if not self.raw.exists():
            if scan == "plates":
                write_plates(program, size, self.raw)
            else:
                (write_noise if scan == "noise" else write_specks)(size, self.raw)
        self.job.write_text(f"""campaign: bench
scans:
  - {{id: {kind}, sample: bench, cycle: 1, voxel_size_um: 0.16,
     source: {{type: raw, path: {self.raw.name}, shape: [{size}, {size}, {size}], dtype: uint8}}}}
phase: {{name: phase, where: {self.side}}}
""")

    def sweep(self, name):
        path = self.job.parent / f"sweep-{name}.yaml"
        path.write_text(f"design: factorial\n{SWEEPS[name]}connectivity: [6, 26]\n")
        return path
