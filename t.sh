vw(){ # montage of shots
 cd $S; l=""; for n in "$@"; do convert $n.png -crop 1280x824+0+0 +repage -resize 65% _$n.png; l="$l _$n.png"; done; montage $l -tile 2x -geometry +4+4 m.png 2>/dev/null || convert $l -append m.png; rm -f _*.png; }
