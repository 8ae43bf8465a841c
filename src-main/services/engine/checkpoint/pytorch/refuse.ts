import { FailureError } from '../../../../../src-shared/domain/failure.ts';

const AGAIN =
  'Copy or download the file again; if it stays the same, it was damaged or made to do harm: do not open it elsewhere.';

/** The file breaks a rule of its own format. */
export function refuse(reason: string, remedy = AGAIN): FailureError {
  return new FailureError({ kind: 'invalid', message: `Not a readable PyTorch file: ${reason}.`, remedy });
}

/** The file wants code to run. */
export function refuseGlobal(name: string): FailureError {
  return new FailureError({
    kind: 'forbidden',
    message: `This file was refused: it asks for ${name}, which no checkpoint needs and which can run code or do harm where Python opens it. Nothing of it was run here.`,
    remedy:
      'Do not open it in Python either. Ask its author for the state dict alone, as safetensors: ' +
      'safetensors.torch.save_file(model.state_dict(), "model.safetensors").',
  });
}

/** A file of another kind, or of a kind of PyTorch's that holds no plain tensors. */
export function refuseKind(message: string, remedy: string): FailureError {
  return new FailureError({ kind: 'unsupported', message, remedy });
}
