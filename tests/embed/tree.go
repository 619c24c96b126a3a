// SPDX-License-Identifier: MIT
//
// What files become, and what package embed says about them. embed.sh puts
// the files there; tree.out is what Go prints.
package main

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
)

//go:embed d/one.txt
var one string

//go:embed "with space.txt"
var space []byte

type text string

//go:embed d/sub/t?o.txt
var two text

//go:embed d
//go:embed `with space.txt` d/*
var tree embed.FS

//go:embed all:d
var all embed.FS

//go:embed d/[^_.]* *.txt
var class embed.FS

var empty embed.FS

func walk(f fs.FS) {
	fs.WalkDir(f, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			fmt.Println("error", p, err)
			return nil
		}
		i, _ := d.Info()
		fmt.Println(p, d.IsDir(), i.Size(), i.Mode(), d)
		return nil
	})
	fmt.Println("--")
}

func file(f fs.File) {
	s := f.(io.ReadSeeker)
	fmt.Println(s.Seek(1, io.SeekStart))
	b, err := io.ReadAll(f)
	fmt.Println(string(b), err)
	fmt.Println(s.Seek(-1, io.SeekCurrent))
	fmt.Println(s.Seek(-1, io.SeekStart))
	buf := make([]byte, 2)
	fmt.Println(f.(io.ReaderAt).ReadAt(buf, 2))
	fmt.Println(f.(io.ReaderAt).ReadAt(buf, 4))
	fmt.Println(f.Close())
}

func folder(d fs.File) {
	_, err := d.Read(make([]byte, 1))
	fmt.Println(err)
	for err = nil; err == nil; {
		var list []fs.DirEntry
		list, err = d.(fs.ReadDirFile).ReadDir(2)
		fmt.Println(list, err)
	}
	fmt.Println(d.(fs.ReadDirFile).ReadDir(-1))
}

func main() {
	fmt.Println(one, string(space), two)
	space[0] = 'S'
	fmt.Println(string(space), len(space), cap(space))
	for _, f := range []fs.FS{tree, all, class, empty} {
		walk(f)
	}
	b, err := tree.ReadFile("d/sub/two.txt")
	fmt.Println(string(b), err)
	b[0] = 'x'
	b, _ = tree.ReadFile("d/sub/two.txt")
	fmt.Println(string(b))
	for _, n := range []string{"nope", "d", "/d", "d/", "", ".", "d/../d"} {
		_, err = tree.ReadFile(n)
		fmt.Println(err)
		_, err = tree.ReadDir(n)
		fmt.Println(err)
		_, err = tree.Open(n)
		fmt.Println(err)
	}
	f, _ := tree.Open("d/one.txt")
	file(f)
	f, _ = tree.Open("d")
	folder(f)
	fmt.Println(fs.Glob(tree, "d/*.txt"))
	s, _ := fs.Sub(tree, "d")
	walk(s)
}
