import { namedFiles } from './named-files.ts';

const CLASSES: Readonly<Record<string, string>> = {
  AF: 'afraid',
  AN: 'angry',
  DI: 'disgusted',
  HA: 'happy',
  NE: 'neutral',
  SA: 'sad',
  SU: 'surprised',
};
const ANGLES: Readonly<Record<string, string>> = {
  S: 'straight',
  HL: 'half left',
  HR: 'half right',
  FL: 'full left',
  FR: 'full right',
};

/** KDEF (D. Lundqvist, A. Flykt, A. Öhman, 1998): session, sex, number of the subject, class, angle; a few files are misnamed. */
export const kdef = namedFiles('kdef', 'KDEF', 'AF01ANS.JPG', (name) => {
  const [, session, sex, id, code, angle] =
    /^([AB])([FM])(\d{2})(AF|AN|DI|HA|NE|SA|SU)(S|HL|HR|FL|FR)\.[a-z]+$/i.exec(name) ?? [];
  if (session === undefined || sex === undefined || code === undefined || angle === undefined) return null;
  return {
    rawLabel: CLASSES[code.toUpperCase()] ?? code,
    attributes: {
      subject: `${sex}${id ?? ''}`.toUpperCase(),
      sex: sex.toUpperCase() === 'F' ? 'female' : 'male',
      session: session.toUpperCase(),
      angle: ANGLES[angle.toUpperCase()] ?? angle,
    },
  };
});
