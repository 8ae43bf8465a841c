/** An absolute path of either system, also as a file address; null for other text. */
function pathOfText(text: string): string | null {
  if (text.startsWith('file://')) {
    const path = decodeURIComponent(new URL(text).pathname);
    return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
  }
  return /^(\/|[A-Za-z]:[\\/])/.test(text) ? text : null;
}

/** The part of DataTransfer that is used here. */
export interface Transfer {
  readonly files: ArrayLike<object>;
  getData(type: string): string;
}

/**
 * Where something lies that was dropped on the page. The desktop asks Electron (`pathOf`); a browser tells no page where a file lies, so
 * there only text that is a path or a file address says it. Null where it cannot be known.
 */
export function droppedPath(transfer: Transfer, pathOf: ((file: object) => string) | null): string | null {
  const file = transfer.files[0];
  const path = file !== undefined && pathOf !== null ? pathOf(file) : '';
  if (path !== '') return path;
  const text = transfer.getData('text/uri-list') || transfer.getData('text/plain');
  return pathOfText(text.trim().split(/\r?\n/)[0] ?? '');
}
