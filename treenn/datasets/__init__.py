"""Data sets from names, folders and files: texts are tokenized and parsed, trees and labels are read as they are."""
