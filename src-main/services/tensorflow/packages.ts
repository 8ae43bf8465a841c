/** What is installed, by name and version. Newer ones are tried here first: the binding's source has to compile against them. */

export const TFJS_VERSION = '4.22.0';
export const NODE_HEADERS = 'node-api-headers@1';

/** TensorFlow's Python wheel, and the Python it is asked for: its library does not depend on it. */
export const WHEEL = { version: '2.21.0', python: '3.12', platform: 'manylinux_2_27_x86_64' } as const;

/** Of the library that the npm package itself downloads. */
export const PACKAGED_VERSION = '2.9.1';
