// What the product is called, from where the program has it.

import { readFileSync } from 'node:fs';

/** As people read it. */
export const NAME = readFileSync(new URL('../../product/NAME', import.meta.url), 'utf8').trim();

/** As programs read it: cookies and files begin with it. */
export const ID = NAME.toLowerCase().replaceAll(' ', '-');

export const ACCESS = `${ID}_access`;
export const REFRESH = `${ID}_refresh`;
export const BROWSER = `${ID}_browser`;
export const THEME = `${ID}_theme`;
export const LANGUAGE = `${ID}_language`;
