import type { Attachment } from 'svelte/attachments';

const WAIT_MS = 120;

/** Loads a picture, later when tiles race past; a picture that goes out of view before it has come is no longer asked for. */
export function thumbnail(url: string, fast: boolean, onfail: () => void): Attachment<HTMLImageElement> {
  return (image) => {
    image.addEventListener('error', onfail);
    const timer = fast ? setTimeout(() => (image.src = url), WAIT_MS) : undefined;
    if (!fast) image.src = url;
    return () => {
      clearTimeout(timer);
      image.removeEventListener('error', onfail);
      if (!image.complete) image.removeAttribute('src');
    };
  };
}
