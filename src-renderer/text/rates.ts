/** A small number as "3.5e−5", trailing zeros dropped: learning rates, weight decay. */
export function scientific(value: number, digits = 2): string {
  if (value === 0) return '0';
  const [mantissa = '', exponent = ''] = value.toExponential(digits).split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return `${short}e${exponent.replace('+', '').replace('-', '\u2212')}`;
}

/** Units a second: "149/s", "3.1/s". */
export function rate(perSecond: number): string {
  return `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toPrecision(2)}/s`;
}
