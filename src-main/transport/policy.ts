/**
 * The page's Content-Security-Policy, the same for both transports: images of the project come from the page's own origin. `data:` is for
 * the browser's own controls, `blob:` for canvases saved as files.
 */
const DIRECTIVES = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' blob: data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'worker-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
} as const;

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

export const CONTENT_SECURITY_POLICY = policy(DIRECTIVES);

/** For hot reload only: the development server's socket, and the style elements that it injects. */
export function developmentPolicy(server: string): string {
  const { host } = new URL(server);
  return policy({
    ...DIRECTIVES,
    'style-src': "'self' 'unsafe-inline'",
    'connect-src': `'self' ws://${host} http://${host}`,
  });
}

/** On every answer, whatever it is. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()',
};
