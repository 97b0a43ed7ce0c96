//! Trees of files for the bench: always the same, of made-up text, shaped like those of large repositories.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use zscope::catalog::Catalog;

use super::language::{LANGUAGES, Language, MINIFIED, language, line, lookalike, path_word};
use super::numbers::Numbers;

/// Sizes between which a tenth of the files of a large repository lies each, in bytes.
const SIZES: [usize; 11] = [0, 300, 700, 1_200, 2_000, 3_200, 5_000, 8_000, 13_000, 25_000, 70_000];

/// The same for small files.
const SMALL: [usize; 11] = [0, 100, 200, 300, 400, 500, 600, 800, 1_000, 1_500, 2_500];

/// What a tree holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Content {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    /// The scopes in lists that a scan has to find.
    pub(crate) scopes: usize,
}

/// Writes trees.
pub(crate) struct Maker {
    numbers: Numbers,
    scopes: Vec<String>,
    content: Content,
    text: String,
}

impl Maker {
    pub(crate) fn new() -> Self {
        let catalog = Catalog::embedded();
        let services = ["ZohoCRM", "ZohoBooks", "Desk", "ZohoProjects", "ZohoMail", "ZOHOPEOPLE", "WorkDrive"];
        let of = |name: &str| {
            let scopes = catalog.service(name).unwrap().scopes();
            let scopes = scopes.map(|(scope, _)| scope.to_string());
            // Of lists in company all are found; one with placeholders may be read as another text.
            scopes.filter(|scope| !scope.contains('{') && scope.matches('.').count() >= 2).collect::<Vec<_>>()
        };
        let scopes = services.into_iter().flat_map(of).collect();
        Self { numbers: Numbers(0x5EED), scopes, content: Content::default(), text: String::new() }
    }

    /// A source tree: of `files` files 3 in 100 are no text, 1 in 100 is minified, 1 in 200 asks for scopes, 1 in 25
    /// speaks of Zoho.
    pub(crate) fn sources(mut self, folder: &Path, files: usize) -> Content {
        let mut at = folder.to_owned();
        for number in 0..files {
            if number % 25 == 0 {
                at = self.folder(folder);
            }
            let (name, draw) = (path_word(&mut self.numbers), self.numbers.below(100));
            self.text.clear();
            let path = match draw {
                0..3 => {
                    let bytes = binary(&mut self.numbers);
                    self.write(&at.join(format!("{name}-{number}.png")), &bytes);
                    continue;
                }
                3 => {
                    let size = 20_000 + self.numbers.below(480_000);
                    while self.text.len() < size {
                        let pattern = MINIFIED[self.numbers.below(MINIFIED.len())];
                        line(&mut self.text, pattern, &mut self.numbers);
                    }
                    at.join(format!("{name}-{number}.min.js"))
                }
                _ => {
                    let (language, size) = (language(&mut self.numbers), size(&SIZES, &mut self.numbers));
                    let scopes = self.numbers.below(200) == 0;
                    let speaks = self.numbers.below(25) == 0;
                    self.fill(language, size, scopes, speaks);
                    at.join(format!("{name}-{number}.{}", language.ending))
                }
            };
            self.write_text(&path);
        }
        self.content
    }

    /// Many small files in few folders.
    pub(crate) fn small(mut self, folder: &Path, files: usize) -> Content {
        let mut at = folder.to_owned();
        for number in 0..files {
            if number % 500 == 0 {
                at = folder.join(format!("part-{}", number / 500));
                fs::create_dir_all(&at).unwrap();
            }
            self.text.clear();
            let (language, size) = (language(&mut self.numbers), size(&SMALL, &mut self.numbers));
            let scopes = self.numbers.below(200) == 0;
            self.fill(language, size, scopes, false);
            let name = path_word(&mut self.numbers);
            self.write_text(&at.join(format!("{name}-{number}.{}", language.ending)));
        }
        self.content
    }

    /// One large file with lines of all languages; in each megabyte one list of scopes.
    pub(crate) fn large(mut self, folder: &Path, bytes: u64) -> Content {
        const PART: usize = 1_000_000;
        let path = folder.join("export.txt");
        fs::create_dir_all(folder).unwrap();
        let mut file = BufWriter::new(File::create(path).unwrap());
        self.content.files = 1;
        while self.content.bytes < bytes {
            self.text.clear();
            while self.text.len() < PART {
                let language = &LANGUAGES[self.numbers.below(LANGUAGES.len())];
                self.fill(language, self.text.len() + 3_000, false, false);
            }
            self.list(&LANGUAGES[0]);
            self.text.push('\n');
            file.write_all(self.text.as_bytes()).unwrap();
            self.content.bytes += self.text.len() as u64;
        }
        file.flush().unwrap();
        self.content
    }

    /// Adds lines up to a size.
    fn fill(&mut self, language: &Language, size: usize, scopes: bool, speaks: bool) {
        let from = self.text.len();
        let special = from + (size.saturating_sub(from)) / 2;
        let mut left = scopes || speaks;
        while self.text.len() < size || left {
            if left && self.text.len() >= special {
                left = false;
                if speaks {
                    let pattern = lookalike(language, &mut self.numbers);
                    line(&mut self.text, pattern, &mut self.numbers);
                    self.text.push('\n');
                }
                if scopes {
                    self.list(language);
                }
            } else {
                let pattern = language.lines[self.numbers.below(language.lines.len())];
                line(&mut self.text, pattern, &mut self.numbers);
            }
            self.text.push('\n');
        }
    }

    fn list(&mut self, language: &Language) {
        let [before, between, after] = language.list;
        self.text.push_str(before);
        let count = 1 + self.numbers.below(9);
        for nth in 0..count {
            if nth > 0 {
                self.text.push_str(between);
            }
            let nth = self.numbers.below(self.scopes.len());
            self.text.push_str(&self.scopes[nth]);
        }
        self.text.push_str(after);
        self.content.scopes += count;
    }

    /// A folder at some depth.
    fn folder(&mut self, root: &Path) -> PathBuf {
        let mut folder = root.join(format!("{}-{}", path_word(&mut self.numbers), self.numbers.below(40)));
        for _ in 0..=self.numbers.below(6) {
            folder.push(path_word(&mut self.numbers));
        }
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn write_text(&mut self, path: &Path) {
        let text = std::mem::take(&mut self.text);
        self.write(path, text.as_bytes());
        self.text = text;
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) {
        fs::write(path, bytes).unwrap();
        self.content.files += 1;
        self.content.bytes += bytes.len() as u64;
    }
}

fn size(tenths: &[usize; 11], numbers: &mut Numbers) -> usize {
    let tenth = numbers.below(10);
    tenths[tenth] + numbers.below(tenths[tenth + 1] - tenths[tenth])
}

/// The bytes of something like a picture.
fn binary(numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let size = 500 + numbers.below(40_000);
    bytes.extend((0..size).map(|_| u8::try_from(numbers.below(256)).unwrap()));
    bytes
}
