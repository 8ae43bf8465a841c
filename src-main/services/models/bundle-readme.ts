import type { Dataset } from '../../../src-shared/domain/dataset.ts';
import type { Run } from '../../../src-shared/domain/run.ts';

/** The README of a bundle: what lies there, and the lines that reproduce its accuracy. */
export function bundleReadme(about: {
  run: Run;
  dataset: Dataset;
  split: string;
  images: number;
  accuracy: number | null;
}): string {
  const { run, dataset, split, images, accuracy } = about;
  const measured = accuracy === null ? '' : `, ${(accuracy * 100).toFixed(2)}% of the labelled ones right`;
  return `# ${run.name}

POSTER-Var (${run.size}), ${run.classes.length} classes, trained or imported with POSTER-Var Workbench.
\`predictions.csv\` holds its outputs for the ${images} images of the split "${split}" of "${dataset.name}"${measured}.

| File | What it is |
| --- | --- |
| \`model.safetensors\` | weights under the official names, facts in its metadata |
| \`model.pth\` | the same for PyTorch: \`torch.load("model.pth", weights_only=True)["model"]\` |
| \`model.onnx\` | the network: \`images\` [batch, 3, 224, 224] to \`mu\`${run.vich ? ' and `logvar`' : ''} [batch, ${run.classes.length}] |
${
  run.size === 'paper' ? '| `poster_var.py` | the network in PyTorch, for the lines below |\n' : ''
}| \`classes.txt\` | what the outputs mean, in order |
| \`preprocessing.json\` | from a picture to the input |
| \`predictions.csv\` | path, label, outputs and face box of the split's images |
| \`manifest.json\` | settings, data, SHA-256 of each file, what was compared when it was written |

## The accuracy, without this program

\`\`\`python
${ONNX_LINES}
\`\`\`

\`python lines.py ROOT\` in this folder, after \`pip install onnxruntime pillow numpy\`. \`ROOT\` is the folder that the paths in
\`predictions.csv\` are relative to (\`data.root\` in \`manifest.json\`, where it was written). A picture is turned upright and cut to the
face box that stands in the column \`box\`, where there is one.
${
  run.size === 'paper'
    ? `
The same in PyTorch (\`pip install torch pillow numpy\`); \`poster_var.py\` is the network:

\`\`\`python
${TORCH_LINES}
\`\`\`

The authors' own class loads the file as well, strictly: \`pyramid_trans_expr2(num_classes=${run.classes.length}, vae=${flag(run.vich)},
layer_embedding=${flag(run.layerEmbedding)}).load_state_dict(torch.load("model.pth", weights_only=True)["model"])\`.
`
    : ''
}`;
}

/** Lines that print the accuracy and how far mu lies from the app's own; docs/models.md shows the same. */
function lines(imports: string, model: string, mu: string): string {
  return `import csv, sys, numpy as np, ${imports}
from PIL import Image, ImageOps
mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
def pixels(row):
    image = ImageOps.exif_transpose(Image.open(f"{sys.argv[1]}/{row['path']}")).convert("RGB")
    x, y, width, height = map(int, (row["box"] or f"0 0 {image.width} {image.height}").split())
    square = image.crop((x, y, x + width, y + height)).resize((224, 224), Image.BILINEAR)
    return ((np.asarray(square, np.float32) / 255 - mean) / std).transpose(2, 0, 1)[None]
${model}
classes = open("classes.txt").read().split()
rows = [row for row in csv.DictReader(open("predictions.csv", encoding="utf-8-sig")) if row["label"] in classes]
mu = np.concatenate([${mu} for row in rows])
print("accuracy", np.mean([classes[best] == row["label"] for best, row in zip(mu.argmax(1), rows)]), "of", len(rows))
print("largest difference", np.abs(mu - [[float(row[f"mu_{name}"]) for name in classes] for row in rows]).max())`;
}

export const ONNX_LINES = lines(
  'onnxruntime',
  'model = onnxruntime.InferenceSession("model.onnx")',
  'model.run(["mu"], {"images": pixels(row)})[0]',
);

export const TORCH_LINES = lines(
  'torch, poster_var',
  'model = torch.load("model.pth", weights_only=True)',
  'poster_var.predict(model, torch.from_numpy(pixels(row)))[0]',
);

function flag(on: boolean): string {
  return on ? 'True' : 'False';
}
