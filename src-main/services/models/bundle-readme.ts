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
| \`classes.txt\` | what the outputs mean, in order |
| \`preprocessing.json\` | from a picture to the input |
| \`predictions.csv\` | path, label and outputs of the split |
| \`manifest.json\` | settings, data, SHA-256 of each file, what was compared when it was written |

## The accuracy, without this program

\`\`\`python
${ONNX_LINES}
\`\`\`

\`pip install onnxruntime pillow numpy\`; \`ROOT\` is the folder that the paths in \`predictions.csv\` are relative to.
Images with a face box in \`predictions.csv\` are cropped to it first.
${
  run.size === 'paper'
    ? `
With the authors' PyTorch code (\`trails/posterv2/PosterV2_7cls.py\`):

\`\`\`python
${torchLines(run)}
\`\`\`
`
    : ''
}`;
}

/** Shown in docs/models.md as well. */
export const ONNX_LINES = `import csv, sys, numpy as np, onnxruntime as ort
from PIL import Image
ROOT, mean, std = sys.argv[1], np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
model, classes = ort.InferenceSession("model.onnx"), open("classes.txt").read().split()
def mu(path):
    image = Image.open(f"{ROOT}/{path}").convert("RGB").resize((224, 224), Image.BILINEAR)
    pixels = ((np.asarray(image, np.float32) / 255 - mean) / std).transpose(2, 0, 1)[None]
    return model.run(["mu"], {"images": pixels})[0][0]
rows = [row for row in csv.DictReader(open("predictions.csv", encoding="utf-8-sig")) if row["label"] in classes]
print(np.mean([classes[mu(row["path"]).argmax()] == row["label"] for row in rows]), "of", len(rows))`;

function torchLines({ classes, vich, layerEmbedding }: Run): string {
  const flag = (on: boolean): string => (on ? 'True' : 'False');
  return `import torch
model = pyramid_trans_expr2(num_classes=${classes.length}, vae=${flag(vich)}, layer_embedding=${flag(layerEmbedding)})
model.load_state_dict(torch.load("model.pth", weights_only=True)["model"])
model.eval()`;
}
