/**
 * A Python program, as text because it has to run from sources and from a bundle alike: takes out of wheels what the
 * binding needs, and nothing else. TensorFlow's wheel gives two libraries and the C headers, NVIDIA's give their libraries.
 * Arguments: the folder to unpack into, then the wheels. Prints what their extra "and-cuda" requires, one a line.
 */
export const UNPACK = String.raw`
import pathlib, re, shutil, sys, zipfile

KEPT = re.compile(
    r"^(?:tensorflow/libtensorflow_(?:cc|framework)\.so\.2"
    r"|tensorflow/include/(?:tensorflow/c/|tensorflow/core/platform/ctstring|tsl/platform/ctstring|xla/tsl/c/).*\.h"
    r"|nvidia/\w+/(?:lib|nvvm/libdevice|bin)/[\w.+-]+)$"
)

for wheel in sys.argv[2:]:
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith(".dist-info/METADATA"):
                for line in archive.read(name).decode().splitlines():
                    found = re.match(r"Requires-Dist: ([^;]+);.*extra == ['\"]and-cuda['\"]", line)
                    if found:
                        print(re.sub(r"[()\s]", "", found.group(1)))
            if KEPT.match(name):
                target = pathlib.Path(sys.argv[1]) / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(name) as source, open(target, "wb") as sink:
                    shutil.copyfileobj(source, sink, 1 << 20)
`;
