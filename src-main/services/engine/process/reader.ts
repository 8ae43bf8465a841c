/** Entry of the reader process: files from elsewhere are parsed here, where a crash, a hang or a full memory harms nobody. */
import { isOnnx, refuseOnnx } from '../checkpoint/onnx.ts';
import { convertPyTorch } from '../checkpoint/pytorch/convert.ts';
import { serve } from './dispatch.ts';
import { openPort } from './port.ts';

const port = openPort();
port.onClose(() => process.exit(0));
serve(port, {
  convert: ({ file, out }) => {
    if (isOnnx(file)) throw refuseOnnx(file);
    return Promise.resolve(convertPyTorch(file, out));
  },
});
