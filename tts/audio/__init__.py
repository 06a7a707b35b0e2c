"""Turns samples into audio files: wav, flac, mp3, ogg-opus, aac and raw pcm, without an ffmpeg program."""

from tts.audio.files import AudioWriteError, EncodedAudio, encode_to_file
from tts.audio.formats import FORMATS, AudioFormat, get_format

__all__ = ["FORMATS", "AudioFormat", "AudioWriteError", "EncodedAudio", "encode_to_file", "get_format"]
