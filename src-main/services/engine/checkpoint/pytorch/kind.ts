/** What a file is, by its first bytes: many things that are called .pth are none. */
import { LEGACY_MAGIC } from './legacy.ts';
import { refuse, refuseKind } from './refuse.ts';
import type { ByteSource } from './source.ts';

const TAR_MAGIC_AT = 257;

/** @throws FailureError 'unsupported' or 'invalid' with a sentence that says what the file is instead. */
export function pytorchKind(source: ByteSource): 'zip' | 'legacy' {
  if (source.bytes === 0) throw refuse('it is empty: the download never began');
  const start = Buffer.from(source.read(0, Math.min(source.bytes, 512)));
  const hex = start.toString('hex');
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) return 'zip';
  if (hex.startsWith(LEGACY_MAGIC)) return 'legacy';
  if (LEGACY_MAGIC.startsWith(hex) || '504b0304'.startsWith(hex)) throw refuse('it is cut off within its first bytes');
  const text = start.toString('latin1').trimStart().toLowerCase();
  if (/^(<!doctype html|<html|<head|<\?xml)/.test(text)) {
    throw refuseKind(
      'This is a web page that was saved under the name of a checkpoint.',
      'Open the address in a browser: it may want a log-in or a click before it gives the file.',
    );
  }
  if (text.startsWith('version https://git-lfs')) {
    throw refuseKind(
      'This is a Git LFS pointer: a few lines of text that stand for the checkpoint, which was not downloaded.',
      'Run "git lfs pull" in that repository, or download the file from its page.',
    );
  }
  if (start.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + 5).toString('latin1') === 'ustar') {
    throw refuseKind(
      'This is a tar archive. What PyTorch users call .pth.tar is usually none: torch.save only gave it that name.',
      'Unpack it ("tar xf") and choose the checkpoint in it.',
    );
  }
  if (hex.startsWith('1f8b')) {
    throw refuseKind('This file is compressed (gzip).', 'Unpack it ("gunzip") and choose what comes out.');
  }
  if (hex.startsWith('80')) {
    throw refuseKind(
      'This is a Python pickle, but none that torch.save wrote: pickles of whole objects are not read here.',
      'In Python, save the state dict: torch.save(model.state_dict(), "weights.pth").',
    );
  }
  throw refuse('it begins like no format that torch.save writes');
}
